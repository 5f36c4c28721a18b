"""The known world: synthetic people with a truth, served as real systems would."""
