"""Where the house runs: one blueprint, built in the cloud with CDK and on a laptop with moto."""
