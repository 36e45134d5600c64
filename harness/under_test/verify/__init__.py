"""A live target is asked what the contract demands."""
