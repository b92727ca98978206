// @ts-ignore // must fail: typescript(ban-ts-comment)
export const count: number = "one";
