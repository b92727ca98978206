import { useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import { problemOf } from "../../rpc/problem.ts";
import type { Problem } from "../../rpc/problem.ts";
import { usePerson } from "../../rpc/use-session.ts";
import { preloadMarkdown } from "../../ui/markdown.tsx";
import { AgentPicker, useKnownAgent } from "./agent-picker.tsx";
import type { ComposerHandle } from "./composer.tsx";
import { Composer } from "./composer.tsx";
import { ExamplePrompts } from "./example-prompts.tsx";
import { RecentChats } from "./recent-chats.tsx";
import { SendProblem } from "./send-problem.tsx";
import { useDraft } from "./use-draft.ts";
import { newChatDraft, useStartChat } from "./use-start-chat.ts";

export function HomePage() {
  const person = usePerson();
  const location = useLocation();
  const composer = useRef<ComposerHandle>(null);
  // "New chat" leads here from here, too: each time the text field is ready.
  useEffect(() => composer.current?.focus(), [location.key]);
  useEffect(preloadMarkdown, []);
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <title>Ameide</title>
      <div className="mx-auto w-full max-w-2xl px-4 pt-[max(2rem,9dvh)] pb-12">
        <h1 className="mb-5 text-2xl font-semibold tracking-tight">
          What are we working on, {person.name.split(" ")[0]}?
        </h1>
        <NewChat composer={composer} />
        <RecentChats />
      </div>
    </div>
  );
}

function NewChat({ composer }: { composer: React.RefObject<ComposerHandle | null> }) {
  const draft = useDraft(newChatDraft);
  const [wished, setWished] = useState("");
  const agentId = useKnownAgent(wished);
  const [problem, setProblem] = useState<Problem>();
  const { start, busy } = useStartChat();
  const send = () => {
    setProblem(undefined);
    start(draft.text.trim(), agentId).catch((error: unknown) => {
      setProblem(problemOf(error));
      composer.current?.focus();
    });
  };
  return (
    <>
      {problem && <SendProblem problem={problem} onRetry={send} onDismiss={() => setProblem(undefined)} />}
      <Composer
        ref={composer}
        text={draft.text}
        onChange={draft.edit}
        onSend={send}
        busy={busy}
        placeholder={busy ? "Starting…" : "Ask an agent…"}
      >
        <AgentPicker agentId={agentId} onChange={setWished} />
      </Composer>
      <ExamplePrompts
        onChoose={(example) => {
          draft.edit(example.text);
          if (example.agentId) setWished(example.agentId);
          composer.current?.focus();
        }}
      />
    </>
  );
}
