"""What another rule would have made of the same labels: items, gaps, and the model trained on them."""
