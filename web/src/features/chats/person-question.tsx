import type { ChoiceQuestion, ConfirmQuestion, Interrupt, InterruptAnswer } from "@ameide/sdk";
import { MessageCircleQuestion } from "lucide-react";
import type { FormEvent, ReactNode } from "react";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import type { AnswerActions } from "./answer.tsx";
import type { AnswerRow } from "./timeline.ts";

export interface PersonQuestionProps {
  row: AnswerRow;
  interrupt: Interrupt;
  actions: AnswerActions;
}

/** What the agent asks in the middle of its answer, as a form. */
export function PersonQuestion({ row, interrupt, actions }: PersonQuestionProps) {
  const promptId = useId();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => focusFirst(form.current), []);
  const { interruptId, prompt, question } = interrupt;
  const reply = (answer: InterruptAnswer["answer"]) => actions.answer(row.runId, interruptId, answer);
  return (
    <form
      ref={form}
      aria-labelledby={promptId}
      className="mt-3 space-y-3 rounded-xl border border-accent/40 bg-surface p-4 text-sm"
      onSubmit={(event) => {
        event.preventDefault();
        const answer = answerOf(question, event);
        if (answer) reply(answer);
      }}
    >
      <p id={promptId} className="flex items-start gap-2 font-medium [overflow-wrap:anywhere]">
        <MessageCircleQuestion size={16} aria-hidden className="mt-0.5 shrink-0 text-accent" />
        <span className="min-w-0 whitespace-pre-line">{prompt}</span>
      </p>
      <Fields question={question} promptId={promptId} />
      <div className="flex flex-wrap gap-2">
        <Answers question={question} busy={actions.resuming} onReply={reply} />
        <Button size="small" tone="ghost" onClick={actions.stop}>
          Cancel the answer
        </Button>
      </div>
    </form>
  );
}

/** Whoever types is left alone. */
function focusFirst(form: HTMLFormElement | null) {
  const active = document.activeElement;
  const types = active instanceof HTMLTextAreaElement && active.value !== "";
  if (!types) form?.querySelector<HTMLElement>("textarea, input, button")?.focus();
}

function answerOf(question: Interrupt["question"], event: FormEvent<HTMLFormElement>) {
  const data = new FormData(event.currentTarget);
  if (question.case === "choice") {
    const optionIds = data.getAll("option").map(String);
    return optionIds.length > 0 ? { case: "choice" as const, value: choice(optionIds) } : undefined;
  }
  const text = String(data.get("text") ?? "").trim();
  return question.case === "text" && text !== "" ? { case: "text" as const, value: words(text) } : undefined;
}

const choice = (optionIds: string[]) => ({
  $typeName: "ameide.inference.v1.ChoiceAnswer" as const,
  optionIds,
});
const words = (text: string) => ({ $typeName: "ameide.inference.v1.TextAnswer" as const, text });
const confirmed = (approved: boolean) => ({
  case: "confirm" as const,
  value: { $typeName: "ameide.inference.v1.ConfirmAnswer" as const, approved, comment: "" },
});

function Fields({ question, promptId }: { question: Interrupt["question"]; promptId: string }): ReactNode {
  if (question.case === "choice") return <Options question={question.value} promptId={promptId} />;
  if (question.case !== "text") return null;
  return (
    <textarea
      name="text"
      rows={2}
      required
      maxLength={question.value.maxLength}
      aria-labelledby={promptId}
      className="block w-full resize-y rounded-lg border border-control/60 bg-surface px-3 py-2"
    />
  );
}

function Options({ question, promptId }: { question: ChoiceQuestion; promptId: string }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { multiple, options } = question;
  const toggle = (id: string, on: boolean) =>
    setChosen((now) => [...(multiple ? now.filter((other) => other !== id) : []), ...(on ? [id] : [])]);
  return (
    <fieldset aria-labelledby={promptId} className="space-y-1">
      {options.map(({ optionId, label }) => (
        <label key={optionId} className="flex min-h-7 items-center gap-2">
          <input
            type={multiple ? "checkbox" : "radio"}
            name="option"
            value={optionId}
            checked={chosen.includes(optionId)}
            required={!multiple || chosen.length === 0}
            onChange={(event) => toggle(optionId, event.target.checked)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

interface AnswersProps {
  question: Interrupt["question"];
  busy: boolean;
  onReply: (answer: InterruptAnswer["answer"]) => void;
}

function Answers({ question, busy, onReply }: AnswersProps) {
  if (question.case !== "confirm") {
    return (
      <Button size="small" tone="primary" type="submit" disabled={busy}>
        Answer
      </Button>
    );
  }
  const [yes, no] = labelsOf(question.value);
  return (
    <>
      <Button size="small" tone="primary" disabled={busy} onClick={() => onReply(confirmed(true))}>
        {yes}
      </Button>
      <Button size="small" disabled={busy} onClick={() => onReply(confirmed(false))}>
        {no}
      </Button>
    </>
  );
}

/** What has an effect is approved; anything else is just a question. */
const labelsOf = ({ requiredScope }: ConfirmQuestion) =>
  requiredScope === "" ? ["Yes", "No"] : ["Approve", "Decline"];
