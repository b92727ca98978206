export default function chat(): void {} // must fail: import(no-default-export)
