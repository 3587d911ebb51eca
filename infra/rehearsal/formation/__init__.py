"""CloudFormation: templates are evaluated, resources made, changed and deleted, and told of."""
