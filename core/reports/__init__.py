"""What people read: figures per line, per settlement and per item; pure functions of costed lines."""
