import { useEffect, useState } from "react";

/** The value as it was when it last rested for `millis`. */
export function useDebounced<Value>(value: Value, millis: number): Value {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), millis);
    return () => clearTimeout(timer);
  }, [value, millis]);
  return rested;
}
