class Crc8:
    def __init__(self):
        self.crc = 0

    def reset(self):
        self.crc = 0

    def outputs(self, inputs):
        return {"crc": self.crc, "match": self.crc == 0}

    def clock(self, inputs):
        if inputs["clear"]:
            self.crc = 0
        elif inputs["valid"]:
            crc = self.crc ^ inputs["data"]
            for _ in range(8):
                crc = (crc << 1) ^ (0x107 if crc & 0x80 else 0)
            self.crc = crc
