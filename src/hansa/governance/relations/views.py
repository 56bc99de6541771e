"""Questions that many policies ask, answered once: views over the relations, each over those before it."""

from hansa.governance.relations.schema import DOMAIN, PORT, PRODUCT, SIDE, RelationSchema, amount, moment, number, text

VIEWS = (
    RelationSchema(
        "port_consumers",
        "Who reads which output port of the mesh.",
        (
            text("port", "the port that is read, at its major"),
            text("supplier", "the product that offers it"),
            text("supplier_domain", "its domain"),
            text("consumer", "the product that reads it"),
            text("consumer_domain", "that product's domain"),
            text("consumer_owner", "who answers for that product"),
            text("input", "the input port that reads, `domain.product.input`"),
        ),
        """SELECT i.port, i.supplier, i.supplier_domain, i.product AS consumer, i.domain AS consumer_domain,
  p.owner AS consumer_owner, i.input
FROM inputs AS i JOIN products AS p USING (product) WHERE i.origin = 'mesh'""",
    ),
    RelationSchema(
        "orphan_products",
        "Products that no other product reads. The last product of a chain is among them: people may read it.",
        (PRODUCT, DOMAIN, text("owner", "who answers for it")),
        """SELECT product, domain, owner FROM products
WHERE product NOT IN (SELECT supplier FROM port_consumers)""",
    ),
    RelationSchema(
        "upstream",
        "Each product with every product that it reads, directly or through others.",
        (
            text("product", "the product that reads"),
            text("supplier", "the product that is read"),
            number("distance", "over how many steps at least"),
        ),
        """WITH RECURSIVE step(product, supplier, distance) AS (
  SELECT DISTINCT consumer, supplier, 1 FROM port_consumers
  UNION
  SELECT s.product, c.supplier, s.distance + 1
  FROM step AS s JOIN (SELECT DISTINCT consumer, supplier FROM port_consumers) AS c ON c.consumer = s.supplier
  WHERE s.distance < 64)
SELECT product, supplier, min(distance)::BIGINT AS distance FROM step GROUP BY ALL""",
    ),
    RelationSchema(
        "downstream",
        "Each product with every product that reads it, directly or through others.",
        (
            text("product", "the product that is read"),
            text("consumer", "the product that reads"),
            number("distance", "over how many steps at least"),
        ),
        "SELECT supplier AS product, product AS consumer, distance FROM upstream",
    ),
    RelationSchema(
        "column_classes",
        "Each column with each class that it has or that its classes are stricter than: ask for one, get all above it.",
        (
            text("address", "the column's address, `port#column`"),
            PORT,
            SIDE,
            PRODUCT,
            DOMAIN,
            text("column_name", "its name"),
            text("class", "the class"),
            text("because", "the class that holds for the column, which is this one or stricter"),
            text("mask", "the mask of the column's classes"),
        ),
        """SELECT DISTINCT c.address, c.port, c.side, c.product, c.domain, c.column_name,
  coalesce(k.covered, c.held) AS class, c.held AS because, c.mask
FROM (SELECT address, port, side, product, domain, column_name, mask, unnest(classes) AS held FROM columns) AS c
LEFT JOIN (SELECT class, unnest(covers) AS covered FROM classifications) AS k ON k.class = c.held""",
    ),
    RelationSchema(
        "personal_columns",
        "The columns of the class `personal` or of one that is stricter.",
        (
            text("address", "the column's address, `port#column`"),
            PORT,
            SIDE,
            PRODUCT,
            DOMAIN,
            text("column_name", "its name"),
            text("class", "the class that holds for it"),
            text("mask", "the mask of its classes"),
        ),
        """SELECT address, port, side, product, domain, column_name, because AS class, mask
FROM column_classes WHERE class = 'personal'""",
    ),
    RelationSchema(
        "column_sources",
        "Each column of an output port with every column whose values reach it, however far; direct lineage only.",
        (
            text("port", "the output port, at its major"),
            text("column_name", "its column"),
            text("source_port", "the port or source that values come from"),
            text("source_column", "its column"),
            text("source_side", "`output` or `source`"),
            number("distance", "over how many steps at least"),
        ),
        """WITH RECURSIVE step(port, column_name, source_port, source_column, source_side, distance) AS (
  SELECT DISTINCT to_port, to_column, from_port, from_column, from_side, 1 FROM lineage WHERE kind = 'direct'
  UNION
  SELECT s.port, s.column_name, l.from_port, l.from_column, l.from_side, s.distance + 1
  FROM step AS s JOIN lineage AS l
    ON l.kind = 'direct' AND l.to_port = s.source_port AND lower(l.to_column) = lower(s.source_column)
  WHERE s.distance < 64)
SELECT port, column_name, source_port, source_column, source_side, min(distance)::BIGINT AS distance
FROM step GROUP BY ALL""",
    ),
    RelationSchema(
        "latest_audits",
        "How the data that readers see was judged: verdicts by subject and status.",
        (
            PRODUCT,
            text("subject", "the port or source that was audited"),
            number("passed", "checks that passed"),
            number("failed", "checks that failed"),
            number("warned", "checks that failed and only warn"),
            number("errors", "checks that could not be evaluated"),
            number("skipped", "checks that were left out"),
        ),
        """SELECT product, subject, count(*) FILTER (status = 'pass') AS passed, count(*) FILTER (status = 'fail') AS failed,
  count(*) FILTER (status = 'warn') AS warned, count(*) FILTER (status = 'error') AS errors,
  count(*) FILTER (status = 'skip') AS skipped
FROM audits GROUP BY product, subject""",
    ),
    RelationSchema(
        "product_health",
        "Each product with what readers see of it and what its last run did.",
        (
            PRODUCT,
            DOMAIN,
            text("owner", "who answers for it"),
            number("version", "the version that readers see; null when nothing is published"),
            moment("published", "when it was published"),
            number("age_days", "how many days ago that is, today"),
            number("rows_in_all", "its rows"),
            number("not_passed", "checks on it that failed, warn or could not be evaluated"),
            text("last_run", "the last run that touched it"),
            text("last_status", "what that run did: published, unchanged, held, failed, blocked"),
            text("last_reason", "why, in one line"),
            amount("last_seconds", "how long it took"),
        ),
        """SELECT p.product, p.domain, p.owner, v.version, v.published,
  date_diff('day', v.published::DATE, (SELECT today FROM mesh)) AS age_days, v.rows_in_all,
  coalesce(a.not_passed, 0)::BIGINT AS not_passed, r.run AS last_run, r.status AS last_status, r.reason AS last_reason,
  r.seconds AS last_seconds
FROM products AS p
LEFT JOIN publications AS v ON v.product = p.product AND v.visible
LEFT JOIN (SELECT product, sum(failed + warned + errors) AS not_passed FROM latest_audits GROUP BY product) AS a
  ON a.product = p.product
LEFT JOIN (SELECT product, run, status, reason, seconds FROM runs
  QUALIFY row_number() OVER (PARTITION BY product ORDER BY started DESC, run DESC) = 1) AS r
  ON r.product = p.product""",
    ),
)
