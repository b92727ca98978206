export function first(): number {
  const unused = 1; // must fail: eslint(no-unused-vars)
  return 1;
}
