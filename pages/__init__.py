"""The pages of the app: one lab each."""
