export const Picture = () => <img src="/a.png" />; // must fail: jsx-a11y(alt-text)
