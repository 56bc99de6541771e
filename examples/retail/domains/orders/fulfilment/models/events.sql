-- SYNTHETIC: what happened to each shipment, three events each; the first is at the real time of the basket.
SELECT
    CAST(basket_id AS VARCHAR) || '-1' AS event_id,
    basket_id,
    CAST(1 AS INTEGER) AS step,
    'placed' AS event,
    placed_at AS occurred_at
FROM ordered_out

UNION ALL

SELECT
    CAST(basket_id AS VARCHAR) || '-2' AS event_id,
    basket_id,
    CAST(2 AS INTEGER) AS step,
    'picked' AS event,
    picked_at AS occurred_at
FROM ordered_out

UNION ALL

SELECT
    CAST(basket_id AS VARCHAR) || '-3' AS event_id,
    basket_id,
    CAST(3 AS INTEGER) AS step,
    outcome AS event,
    ended_at AS occurred_at
FROM shipments
