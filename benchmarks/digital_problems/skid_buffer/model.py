class SkidBuffer:
    def __init__(self):
        self.words = []

    def reset(self):
        self.words = []

    def outputs(self, inputs):
        first = self.words[0] if self.words else None
        return {"in_ready": len(self.words) < 2, "out_valid": bool(self.words), "out_data": first}

    def clock(self, inputs):
        ready = len(self.words) < 2
        if self.words and inputs["out_ready"]:
            self.words.pop(0)
        if inputs["in_valid"] and ready:
            self.words.append(inputs["in_data"])
