class UartRx:
    def __init__(self, DIVIDER):
        self.divider = DIVIDER
        self.reset()

    def reset(self):
        self.state, self.left, self.bits = "idle", 0, []
        self.data = self.valid = self.frame_error = 0

    def outputs(self, inputs):
        return {"data": self.data, "valid": self.valid, "frame_error": self.frame_error}

    def clock(self, inputs):
        rx = inputs["rx"]
        self.valid = self.frame_error = 0
        if self.state == "idle":
            if not rx:
                self.state, self.left = "start", self.divider // 2 - 1
            return
        if self.left:
            self.left -= 1
            return
        self.left = self.divider - 1
        if self.state == "start":
            self.state, self.bits = ("idle", []) if rx else ("data", [])
        elif self.state == "data":
            self.bits.append(rx)
            if len(self.bits) == 8:
                self.state = "stop"
        else:
            self.state = "idle"
            self.valid, self.frame_error = rx, 1 - rx
            if rx:
                self.data = sum(bit << n for n, bit in enumerate(self.bits))
