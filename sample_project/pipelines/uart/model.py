"""The UART transmitter as a model: the bits that are still to send, and the cycles left of the first."""


class UartTx:
    def __init__(self, DIVIDER):
        self.divider = DIVIDER
        self.bits, self.left = [], 0

    def reset(self):
        self.bits, self.left = [], 0

    def outputs(self, inputs):
        return {"tx": self.bits[0] if self.bits else 1, "busy": bool(self.bits)}

    def clock(self, inputs):
        if not self.bits:
            if inputs["start"]:
                byte = inputs["data"]
                self.bits = [0, *((byte >> n) & 1 for n in range(8)), 1]
                self.left = self.divider
            return
        self.left -= 1
        if self.left == 0:
            self.bits.pop(0)
            self.left = self.divider
