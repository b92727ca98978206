// must fail next: typescript(no-explicit-any)
export function takesAnything(value: any): string {
  return String(value);
}
