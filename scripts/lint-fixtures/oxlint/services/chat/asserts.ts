export const length = (name?: string): number => name!.length; // must fail: typescript(no-non-null-assertion)
