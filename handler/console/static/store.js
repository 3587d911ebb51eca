// A value that many parts see: whoever uses it is drawn again when it changes.

import { useEffect, useState } from "./html.js";

export function store(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      listeners.forEach((listener) => listener(value));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    use() {
      const [seen, see] = useState(value);
      useEffect(() => {
        see(value);
        return this.listen(see);
      }, []);
      return seen;
    },
  };
}
