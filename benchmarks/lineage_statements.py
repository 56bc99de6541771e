# ruff: noqa: E501 - names of columns and SQL are easier to read in long lines
"""Statements of the shape of TPC-DS, written for this benchmark: eight questions, each asked of three channels of sale.

The tables and columns are those of the standard's schema; the queries are our own.
"""

from collections.abc import Mapping, Sequence

_DATES = "d_date_sk d_date_id d_date d_month_seq d_week_seq d_quarter_seq d_year d_dow d_moy d_dom d_qoy d_day_name d_quarter_name d_holiday d_weekend"
_ITEMS = "i_item_sk i_item_id i_item_desc i_current_price i_wholesale_cost i_brand_id i_brand i_class_id i_class i_category_id i_category i_manufact_id i_manufact i_size i_color i_units i_manager_id i_product_name"
_CUSTOMERS = "c_customer_sk c_customer_id c_current_cdemo_sk c_current_hdemo_sk c_current_addr_sk c_salutation c_first_name c_last_name c_preferred_cust_flag c_birth_day c_birth_month c_birth_year c_birth_country c_login c_email_address"
_ADDRESSES = "ca_address_sk ca_address_id ca_street_number ca_street_name ca_city ca_county ca_state ca_zip ca_country ca_gmt_offset ca_location_type"
_DEMOGRAPHICS = "cd_demo_sk cd_gender cd_marital_status cd_education_status cd_purchase_estimate cd_credit_rating cd_dep_count"
_STORES = "s_store_sk s_store_id s_store_name s_number_employees s_hours s_manager s_market_id s_city s_county s_state s_zip s_gmt_offset"
_SALES = "sold_date_sk sold_time_sk item_sk customer_sk cdemo_sk hdemo_sk addr_sk store_sk promo_sk order_number quantity wholesale_cost list_price sales_price ext_discount_amt ext_sales_price ext_wholesale_cost ext_list_price ext_tax coupon_amt net_paid net_paid_inc_tax net_profit"
_RETURNS = (
    "returned_date_sk item_sk customer_sk reason_sk order_number return_quantity return_amt return_tax fee refunded_cash net_loss"
)

CHANNELS: Mapping[str, str] = {"store": "ss", "catalog": "cs", "web": "ws"}


def _columns() -> Mapping[str, Sequence[str]]:
    tables = {
        "date_dim": _DATES.split(),
        "item": _ITEMS.split(),
        "customer": _CUSTOMERS.split(),
        "customer_address": _ADDRESSES.split(),
        "customer_demographics": _DEMOGRAPHICS.split(),
        "store": _STORES.split(),
    }
    for channel, short in CHANNELS.items():
        tables[f"{channel}_sales"] = [f"{short}_{c}" for c in _SALES.split()]
        tables[f"{channel}_returns"] = [f"{short[0]}r_{c}" for c in _RETURNS.split()]
    return tables


COLUMNS = _columns()

_YEAR_OVER_YEAR = """
with totals as (
  select c_customer_id as customer_id, c_first_name as first_name, c_last_name as last_name, c_preferred_cust_flag as flag,
         c_birth_country as country, c_login as login, c_email_address as email, d_year as sale_year,
         sum({s}_ext_list_price - {s}_ext_discount_amt) as year_total,
         sum(case when d_qoy = 4 then {s}_net_paid else 0 end) as last_quarter, count(distinct {s}_order_number) as orders
  from customer join {c}_sales on c_customer_sk = {s}_customer_sk join date_dim on {s}_sold_date_sk = d_date_sk
  where d_year between 2000 and 2003
  group by c_customer_id, c_first_name, c_last_name, c_preferred_cust_flag, c_birth_country, c_login, c_email_address, d_year
)
select b.customer_id, b.first_name, b.last_name, b.flag, b.country, b.login, b.email, a.year_total as before, b.year_total as after,
       case when a.year_total > 0 then b.year_total / a.year_total else null end as growth, b.last_quarter, b.orders
from totals a, totals b
where a.customer_id = b.customer_id and a.sale_year = 2001 and b.sale_year = 2002 and a.year_total > 0
order by b.customer_id, growth desc limit 100
"""
_ROLLUP = """
select i_category, i_class, i_brand, i_product_name, d_year, d_qoy, d_moy, ca_state,
       sum(coalesce({s}_sales_price * {s}_quantity, 0)) as sumsales, avg({s}_list_price) as average_list, min({s}_net_profit) as worst,
       grouping(i_category) + grouping(i_class) as lochierarchy,
       rank() over (partition by i_category order by sum(coalesce({s}_sales_price * {s}_quantity, 0)) desc) as rk
from {c}_sales, date_dim, item, customer, customer_address
where {s}_sold_date_sk = d_date_sk and {s}_item_sk = i_item_sk and {s}_customer_sk = c_customer_sk
  and c_current_addr_sk = ca_address_sk and d_month_seq between 1200 and 1211 and i_current_price > 1.0
group by rollup(i_category, i_class, i_brand, i_product_name, d_year, d_qoy, d_moy, ca_state)
having sum({s}_quantity) > 10
order by i_category nulls first, sumsales desc limit 100
"""
_WEEKLY = """
with wss as (
  select d_week_seq, {s}_item_sk,
         sum(case when d_day_name = 'Sunday' then {s}_sales_price end) sun, sum(case when d_day_name = 'Monday' then {s}_sales_price end) mon,
         sum(case when d_day_name = 'Tuesday' then {s}_sales_price end) tue, sum(case when d_day_name = 'Wednesday' then {s}_sales_price end) wed,
         sum(case when d_day_name = 'Thursday' then {s}_sales_price end) thu, sum(case when d_day_name = 'Friday' then {s}_sales_price end) fri,
         sum(case when d_day_name = 'Saturday' then {s}_sales_price end) sat
  from {c}_sales join date_dim on d_date_sk = {s}_sold_date_sk group by d_week_seq, {s}_item_sk
), x as (select wss.*, i_item_id from wss join item on i_item_sk = {s}_item_sk where d_week_seq between 1185 and 1196),
y as (select wss.*, i_item_id as other_id from wss join item on i_item_sk = {s}_item_sk where d_week_seq between 1237 and 1248)
select x.i_item_id, x.d_week_seq, x.sun / nullif(y.sun, 0) r1, x.mon / nullif(y.mon, 0) r2, x.tue / nullif(y.tue, 0) r3,
       x.wed / nullif(y.wed, 0) r4, x.thu / nullif(y.thu, 0) r5, x.fri / nullif(y.fri, 0) r6, x.sat / nullif(y.sat, 0) r7,
       x.sun + x.mon + x.tue + x.wed + x.thu + x.fri + x.sat as week_total
from x join y on x.i_item_id = y.other_id and x.d_week_seq = y.d_week_seq - 52 order by 1, 2
"""
_RETURNS_ABOVE = """
with returned as (
  select {r}_customer_sk as customer_sk, ca_state as state, sum({r}_return_amt) as total, sum({r}_fee) as fees, max({r}_net_loss) as loss
  from {c}_returns, date_dim, customer_address, customer
  where {r}_returned_date_sk = d_date_sk and d_year = 2000 and {r}_customer_sk = c_customer_sk and c_current_addr_sk = ca_address_sk
  group by {r}_customer_sk, ca_state
)
select c_customer_id, c_salutation, c_first_name, c_last_name, ca_street_number, ca_street_name, ca_city, ca_county, ca_state, ca_zip,
       ca_country, ca_gmt_offset, ca_location_type, r1.total, r1.fees, r1.loss,
       (select avg(total) from returned r3 where r3.state = r1.state) as state_average
from returned r1, customer_address, customer
where r1.total > (select avg(total) * 1.2 from returned r2 where r1.state = r2.state)
  and ca_address_sk = c_current_addr_sk and ca_state = 'GA' and r1.customer_sk = c_customer_sk
  and exists (select 1 from {c}_sales where {s}_customer_sk = c_customer_sk and {s}_quantity > 3)
  and c_current_cdemo_sk in (select cd_demo_sk from customer_demographics where cd_gender = 'F' and cd_marital_status = 'S')
order by c_customer_id, c_last_name limit 100
"""
_WINDOWS = """
with monthly as (
  select i_category, i_brand, s_store_name, s_city, d_year, d_moy, sum({s}_sales_price) as sum_sales,
         avg(sum({s}_sales_price)) over (partition by i_category, i_brand, s_store_name, s_city, d_year) as avg_monthly,
         rank() over (partition by i_category, i_brand, s_store_name, s_city order by d_year, d_moy) as rn
  from item, {c}_sales, date_dim, store
  where {s}_item_sk = i_item_sk and {s}_sold_date_sk = d_date_sk and {s}_store_sk = s_store_sk and d_year in (1999, 2000, 2001)
  group by i_category, i_brand, s_store_name, s_city, d_year, d_moy
), v as (
  select m.*, lag(sum_sales) over w as psum, lead(sum_sales) over w as nsum,
         sum(sum_sales) over (w rows between unbounded preceding and current row) as running
  from monthly m window w as (partition by i_category, i_brand, s_store_name, s_city order by rn)
)
select *, abs(sum_sales - avg_monthly) / avg_monthly as deviation from v
where d_year = 2000 and avg_monthly > 0 and case when avg_monthly > 0 then abs(sum_sales - avg_monthly) / avg_monthly else null end > 0.1
order by sum_sales - avg_monthly, 3 limit 100
"""
_UNION = """
with flows as (
  select 'sale' as kind, {s}_sold_date_sk as date_sk, {s}_item_sk as item_sk, {s}_customer_sk as customer_sk,
         {s}_quantity as quantity, {s}_net_paid as amount, {s}_net_profit as profit from {c}_sales
  union all
  select 'return', {r}_returned_date_sk, {r}_item_sk, {r}_customer_sk, -{r}_return_quantity, -{r}_return_amt, -{r}_net_loss from {c}_returns
)
select i_item_id, i_item_desc, i_category, i_class, i_brand, i_current_price, d_year, d_moy, kind, cd_gender, cd_education_status,
       sum(quantity) as quantity, sum(amount) as amount, sum(profit) as profit, avg(amount) as mean, stddev_samp(amount) as spread,
       count(*) as flows, sum(amount) * 100 / sum(sum(amount)) over (partition by i_class) as revenue_ratio
from flows join item on item_sk = i_item_sk join date_dim on date_sk = d_date_sk join customer on customer_sk = c_customer_sk
left join customer_demographics on c_current_cdemo_sk = cd_demo_sk
where i_category in ('Sports', 'Books', 'Home') and d_date between date '1999-02-22' and date '1999-03-24'
group by i_item_id, i_item_desc, i_category, i_class, i_brand, i_current_price, d_year, d_moy, kind, cd_gender, cd_education_status
order by i_category, i_class, i_item_id, revenue_ratio limit 100
"""
_WIDE = """
select c.*, a.ca_city, a.ca_state, a.ca_zip, d.cd_gender, d.cd_marital_status, d.cd_education_status, o.*,
       upper(c.c_last_name) || ', ' || c.c_first_name as full_name, 2003 - c.c_birth_year as age
from customer c join customer_address a on c.c_current_addr_sk = a.ca_address_sk
left join customer_demographics d on c.c_current_cdemo_sk = d.cd_demo_sk
left join (
  select {s}_customer_sk as buyer, min(d_date) as first_bought, max(d_date) as last_bought, count(*) as lines,
         count(distinct {s}_order_number) as orders, sum({s}_net_paid) as paid, sum({s}_net_paid_inc_tax) as paid_tax,
         sum({s}_coupon_amt) filter (where {s}_coupon_amt > 0) as coupons
  from {c}_sales join date_dim on {s}_sold_date_sk = d_date_sk group by all
) o on o.buyer = c.c_customer_sk
where a.ca_country = 'United States' qualify row_number() over (partition by c.c_customer_id order by o.paid desc) = 1
"""
_BUCKETS = """
select case when (select count(*) from {c}_sales where {s}_quantity between 1 and 20) > 74129
            then (select avg({s}_ext_discount_amt) from {c}_sales where {s}_quantity between 1 and 20)
            else (select avg({s}_net_paid) from {c}_sales where {s}_quantity between 1 and 20) end as bucket1,
       case when (select count(*) from {c}_sales where {s}_quantity between 21 and 40) > 122840
            then (select avg({s}_ext_discount_amt) from {c}_sales where {s}_quantity between 21 and 40)
            else (select avg({s}_net_paid) from {c}_sales where {s}_quantity between 21 and 40) end as bucket2,
       case when (select count(*) from {c}_sales where {s}_quantity between 41 and 60) > 56580
            then (select avg({s}_ext_discount_amt) from {c}_sales where {s}_quantity between 41 and 60)
            else (select avg({s}_net_paid) from {c}_sales where {s}_quantity between 41 and 60) end as bucket3,
       i_item_id, i_category, i_class, i_brand, i_manufact, i_current_price, i_wholesale_cost, i_color, i_units
from item where i_manager_id <> 10 and i_item_sk not in (select {r}_item_sk from {c}_returns)
intersect
select 0, 0, 0, i_item_id, i_category, i_class, i_brand, i_manufact, i_current_price, i_wholesale_cost, i_color, i_units
from item join {c}_sales on {s}_item_sk = i_item_sk
"""
_QUESTIONS = (_YEAR_OVER_YEAR, _ROLLUP, _WEEKLY, _RETURNS_ABOVE, _WINDOWS, _UNION, _WIDE, _BUCKETS)


def statements() -> tuple[str, ...]:
    """Twenty-four statements, which DuckDB accepts over empty tables of these columns."""
    return tuple(q.format(c=c, s=s, r=f"{s[0]}r") for q in _QUESTIONS for c, s in CHANNELS.items())
