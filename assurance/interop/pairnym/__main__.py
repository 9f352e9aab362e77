"""JSON objects on standard input, one on each line; answers on standard output."""

import json
import sys

from .driver import Driver


def main():
    driver = Driver()
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            command = json.loads(line)
        except ValueError as error:
            answer = {"error": {"type": "usage", "reason": str(error)}}
        else:
            answer = driver.run(command)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
