import { ArrowUp, ListPlus, Square } from "lucide-react";
import type { KeyboardEvent, ReactNode, Ref } from "react";
import { useImperativeHandle, useLayoutEffect, useRef } from "react";
import { Button } from "../../ui/button.tsx";

export interface ComposerHandle {
  focus: () => void;
}

export interface ComposerProps {
  ref?: Ref<ComposerHandle>;
  text: string;
  onChange: (text: string) => void;
  onSend: () => void;
  /** While an answer is written: stops it and sends. */
  onSendNow?: () => void;
  onStop?: (() => void) | undefined;
  /** An answer is being written: it can be stopped, and what is sent waits for its turn. */
  running?: boolean;
  stopping?: boolean;
  busy?: boolean;
  placeholder: string;
  /** Stands left of the buttons. */
  children?: ReactNode;
}

export function Composer(props: ComposerProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(props.ref, () => ({ focus: () => area.current?.focus() }));
  useAutoHeight(area, props.text);
  const sendable = props.text.trim() !== "" && !props.busy;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!sendable) return;
    if (props.running && (event.ctrlKey || event.metaKey)) props.onSendNow?.();
    else props.onSend();
  };
  return (
    <form
      className="rounded-2xl border border-control/50 bg-surface shadow-xs focus-within:border-accent focus-within:ring-1 focus-within:ring-accent"
      onSubmit={(event) => {
        event.preventDefault();
        if (sendable) props.onSend();
      }}
    >
      <textarea
        ref={area}
        aria-label="Message"
        rows={1}
        value={props.text}
        placeholder={props.placeholder}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="block max-h-[40dvh] w-full resize-none bg-transparent px-4 pt-3 pb-1 outline-none placeholder:text-muted"
      />
      <div className="flex items-center gap-2 px-2 pb-2">
        <div className="flex min-w-0 grow items-center">{props.children}</div>
        <Submit {...props} sendable={sendable} />
      </div>
    </form>
  );
}

function Submit({ running, stopping, onStop, onSendNow, sendable }: ComposerProps & { sendable: boolean }) {
  return (
    <>
      {running && sendable && (
        <Button size="small" title="Stop the answer and send (Ctrl + Enter)" onClick={onSendNow}>
          Send now
        </Button>
      )}
      {running && <Stop stopping={stopping} onStop={onStop} />}
      {(!running || sendable) && (
        <Button
          tone="primary"
          size="icon"
          className="rounded-xl"
          type="submit"
          aria-label={running ? "Queue" : "Send"}
          title={running ? "Queue: it is answered next (Enter)" : "Send (Enter)"}
          disabled={!sendable}
        >
          {running ? <ListPlus size={18} aria-hidden /> : <ArrowUp size={18} aria-hidden />}
        </Button>
      )}
    </>
  );
}

function Stop({ stopping, onStop }: Pick<ComposerProps, "stopping" | "onStop">) {
  return (
    <Button
      size="icon"
      className="rounded-xl"
      aria-label="Stop"
      title="Stop (Esc)"
      disabled={stopping}
      onClick={onStop}
    >
      <Square size={14} aria-hidden fill="currentColor" />
    </Button>
  );
}

function useAutoHeight(area: React.RefObject<HTMLTextAreaElement | null>, text: string) {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [area, text]);
}
