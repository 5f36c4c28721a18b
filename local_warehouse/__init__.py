"""A Databricks SQL warehouse on this machine: its protocol, and real Spark + Delta.

Clients (dbt-databricks, the Databricks SQL connector, BI tools) connect as they do to a
workspace. `docs/local-warehouse.md` says what is like Databricks and what is not.

A statement arrives at `endpoint`, is put into Spark's words by `bridge` and answered by
Spark or by `catalog`; `sql` reads its text. `warehouse` puts the parts together, `cli`
starts it. Imports go only down: `endpoint` -> `bridge` -> `catalog` -> `sql`.
"""
