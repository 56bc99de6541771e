"""A contract that says something in every section, for tests that change one thing of it."""

import copy
from typing import Any

import pytest
import yaml

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: orders
name: Orders
version: 1.2.3
status: active
domain: sales
description: {purpose: Every order.}
tags: [retail, gold]
schema:
  - name: orders
    physicalName: ORDERS
    physicalType: table
    description: One row for each order.
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
      - {name: fresh, type: sql, query: "SELECT 1 FROM {object}", mustBe: 1}
    relationships:
      - {from: orders.customer, to: customers.id}
    properties:
      - name: order_id
        physicalName: ORD_ID
        logicalType: integer
        physicalType: BIGINT
        primaryKey: true
        required: true
        unique: true
      - name: customer
        logicalType: integer
        required: true
        unique: true
        classification: internal
      - name: amount
        logicalType: number
        physicalType: DECIMAL(10,2)
        logicalTypeOptions: {minimum: 0, exclusiveMaximum: 1000, multipleOf: 0.01}
        quality:
          - {id: no_nulls, metric: nullValues, mustBe: 0}
          - {id: few_odd, metric: invalidValues, arguments: {validValues: [1, 2]}, mustBeLessThan: 5, unit: percent}
      - name: state
        logicalType: string
        physicalType: VARCHAR(20)
        enum: [{value: open, label: Open}, {value: paid}, {value: sent}]
        logicalTypeOptions: {minLength: 2, maxLength: 20, pattern: "^[a-z]+$"}
        tags: [code]
        customProperties: [{property: origin, value: shop}]
      - name: placed
        logicalType: timestamp
        logicalTypeOptions: {timezone: true, defaultTimezone: UTC}
        partitioned: true
        partitionKeyPosition: 1
      - name: address
        logicalType: object
        logicalTypeOptions: {required: [street]}
        properties:
          - {name: street, logicalType: string}
          - {name: city, logicalType: string, required: true}
      - name: words
        logicalType: array
        logicalTypeOptions: {maxItems: 5, uniqueItems: true}
        items: {logicalType: string, logicalTypeOptions: {maxLength: 9}}
      - name: meaning
        logicalType: vector
        logicalTypeOptions: {dimensions: 8, elementType: float32, distanceMetric: cosine}
slaProperties:
  - {property: latency, value: 4, unit: h, element: orders.placed}
  - {property: retention, value: 3, unit: y}
support:
  - {channel: "#orders", url: "https://chat.example.org/orders"}
team:
  name: sales
  members: [{username: ann, role: owner}]
roles: [{role: reader, access: read}]
price: {priceAmount: 1, priceCurrency: EUR}
servers:
  - {server: prod, type: postgres, host: db.example.org, port: 5432, database: d, schema: s}
customProperties: [{property: tier, value: 1}]
authoritativeDefinitions: [{type: page, url: "https://example.org/orders"}]
"""


@pytest.fixture
def contract() -> dict[str, Any]:
    """A fresh copy of a contract that says something in every section."""
    return copy.deepcopy(_PARSED)


_PARSED: dict[str, Any] = yaml.safe_load(CONTRACT)
