"""What operators do to a deployment besides deploying it: look whether it works, or could."""
