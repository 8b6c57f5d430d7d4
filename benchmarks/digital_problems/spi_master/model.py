class SpiMaster:
    def __init__(self, HALF):
        self.half = HALF
        self.reset()

    def reset(self):
        self.busy, self.sclk, self.rx, self.done = False, 0, 0, 0
        self.out, self.into, self.left = [], 0, 0

    def outputs(self, inputs):
        mosi = self.out[0] if self.busy else 0
        return {"sclk": self.sclk, "mosi": mosi, "cs_n": not self.busy, "rx": self.rx, "done": self.done}

    def clock(self, inputs):
        self.done = 0
        if not self.busy:
            if inputs["start"]:
                self.busy, self.left = True, self.half
                self.out = [inputs["tx"] >> bit & 1 for bit in range(7, -1, -1)]
            return
        self.left -= 1
        if self.left:
            return
        self.left = self.half
        self.sclk = 1 - self.sclk
        if self.sclk:
            self.into = (self.into << 1 | inputs["miso"]) & 255
            return
        self.out.pop(0)
        if not self.out:
            self.busy, self.rx, self.done = False, self.into, 1
