"""The bookkeeper's answers: typed on Resolve, judged, saved as overrides, moved along, and taken back."""
