"""See inside any LSTM."""
