class EdgeTimer:
    def __init__(self, W):
        self.most = 2**W - 1
        self.reset()

    def reset(self):
        self.before, self.count = 0, None
        self.period = self.valid = self.overflow = 0

    def outputs(self, inputs):
        return {"period": self.period, "valid": self.valid, "overflow": self.overflow}

    def clock(self, inputs):
        edge = inputs["sig"] and not self.before
        self.before, self.valid = inputs["sig"], 0
        if self.count is not None:
            self.count += 1
        if edge:
            if self.count is not None:
                self.period, self.valid = min(self.count, self.most), 1
                self.overflow = self.count > self.most
            self.count = 0
