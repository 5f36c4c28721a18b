"""Tables that tell what was known when, by design, and not only what is so."""

# What a build changed: after another one, it is something else.
COMPARISONS = {
    "intermediate.int_customer_identities_compared",
    "quality.identity_changes",
}
# Records what each build knew, by design: its rows tell when a version was first seen.
HISTORIES = COMPARISONS | {
    "intermediate.int_customer_identities_accepted",
    "intermediate.int_customer_versions_unioned",
    "marts.customer_history",
    "marts.customer_id_changes",
    "marts.customer_identities",
}
