class Debounce:
    def __init__(self, N):
        self.n = N
        self.reset()

    def reset(self):
        self.first = self.second = self.clean = self.rise = self.fall = self.count = 0

    def outputs(self, inputs):
        return {"clean": self.clean, "rise": self.rise, "fall": self.fall}

    def clock(self, inputs):
        self.rise = self.fall = 0
        if self.second == self.clean:
            self.count = 0
        elif self.count == self.n - 1:
            self.clean, self.count = self.second, 0
            self.rise, self.fall = self.clean, 1 - self.clean
        else:
            self.count += 1
        self.first, self.second = inputs["noisy"], self.first
