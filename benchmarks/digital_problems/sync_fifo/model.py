class SyncFifo:
    def __init__(self, DEPTH):
        self.depth, self.words = DEPTH, []

    def reset(self):
        self.words = []

    def outputs(self, inputs):
        return {
            "rdata": self.words[0] if self.words else None,
            "count": len(self.words),
            "full": len(self.words) == self.depth,
            "empty": not self.words,
        }

    def clock(self, inputs):
        taken = bool(self.words) and inputs["rd"]
        if inputs["wr"] and (len(self.words) < self.depth or taken):
            self.words.append(inputs["wdata"])
        if taken:
            self.words.pop(0)
