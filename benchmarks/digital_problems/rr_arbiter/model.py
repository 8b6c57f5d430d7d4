class Arbiter:
    def __init__(self, N):
        self.n, self.first = N, 0

    def reset(self):
        self.first = 0

    def chosen(self, inputs):
        for step in range(self.n):
            place = (self.first + step) % self.n
            if inputs["en"] and inputs["req"] >> place & 1:
                return place
        return None

    def outputs(self, inputs):
        chosen = self.chosen(inputs)
        return {"gnt": 0 if chosen is None else 1 << chosen, "busy": chosen is not None}

    def clock(self, inputs):
        chosen = self.chosen(inputs)
        if chosen is not None:
            self.first = (chosen + 1) % self.n
