"""What the catalog answers: Spark's tables, and what is recorded beside them."""
