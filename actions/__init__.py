"""What the dialogue asks of code. Actions ask, the service acts: they hold no address and open no case."""
