"""Everything that needs torch. Code outside imports these modules only inside functions."""
