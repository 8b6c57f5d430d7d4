"""The FIFO as a model: what its outputs have to be. It runs before the simulation, in its own process."""


class Fifo:
    """A queue. The parameters of the contract are its arguments."""

    def __init__(self, DEPTH):
        self.depth = DEPTH
        self.words = []

    def reset(self):
        self.words = []

    def outputs(self, inputs):
        """The outputs at this moment; None is not compared."""
        return {
            "dout": self.words[0] if self.words else None,
            "empty": not self.words,
            "full": len(self.words) == self.depth,
        }

    def clock(self, inputs):
        """The clock's rising edge."""
        full, empty = len(self.words) == self.depth, not self.words
        if inputs["pop"] and not empty:
            self.words.pop(0)
        if inputs["push"] and not full:
            self.words.append(inputs["din"])
