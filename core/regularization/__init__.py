"""What holds a model back: penalties, losses, and other learners whose errors can be taken apart."""
