import { useState } from "react";
import { signInWithToken } from "../../rpc/session.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";

export function TokenForm() {
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = () => {
    try {
      signInWithToken(token.trim());
    } catch {
      setWrong(true);
    }
  };
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label="Access token"
        type="password"
        autoComplete="off"
        value={token}
        aria-invalid={wrong}
        aria-describedby={wrong ? "token-wrong" : undefined}
        onChange={(event) => {
          setToken(event.target.value);
          setWrong(false);
        }}
      />
      {wrong && (
        <p id="token-wrong" role="alert" className="text-sm text-danger">
          This is not a JSON web token. Paste the whole token, without “Bearer”.
        </p>
      )}
      <Button tone="primary" type="submit" className="w-full" disabled={token.trim() === ""}>
        Sign in
      </Button>
    </form>
  );
}
