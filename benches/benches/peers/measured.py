"""What a script measures of itself: the same as `measurement.rs`. Times are seconds."""

import json
import time


class Watch:
    """The clocks, from the moment that the work begins."""

    def __init__(self):
        self.begun = time.time()
        self.start = self.last = time.perf_counter()
        # Of all threads, those of libraries too.
        self.cpu = time.process_time()

    def lap(self):
        """How long the stage took that ends now."""
        now = time.perf_counter()
        taken, self.last = now - self.last, now
        return taken

    def report(self, *, read, plan, commit, adds, removes):
        """The work is done: prints what came of it."""
        wall, cpu = time.perf_counter() - self.start, time.process_time() - self.cpu
        stages = {"read": read, "plan": plan, "apply": 0.0, "commit": commit}
        changes = {"adds": adds, "removes": removes}
        print(json.dumps({"begun": self.begun, "wall": wall, "cpu": cpu, "peak_memory": peak_memory()} | stages | changes))


def peak_memory():
    """Bytes that the process has held at the most."""
    with open("/proc/self/status") as status:
        [kib] = [line.split()[1] for line in status if line.startswith("VmHWM:")]
    return int(kib) * 1024
