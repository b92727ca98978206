import { AgentService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { useQuery } from "@connectrpc/connect-query";
import { Bot, ChevronDown } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuChoice } from "../../ui/menu.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

export function useAgents() {
  return useQuery(AgentService.method.listAgents, { pageSize: 100 }, { staleTime: 5 * 60_000 });
}

export interface AgentPickerProps {
  /** Empty: the default agent. */
  agentId: string;
  onChange: (agentId: string) => void;
}

export function AgentPicker({ agentId, onChange }: AgentPickerProps) {
  const { data, isPending } = useAgents();
  if (isPending) return <Skeleton className="ml-1 h-6 w-28" />;
  const agents = data?.agents ?? [];
  const chosen = agentId || agents.find((agent) => agent.default)?.agentId || agents[0]?.agentId;
  if (!chosen) return null;
  const options = agents.map((agent) => ({
    value: agent.agentId,
    label: agent.title,
    detail: agent.description,
  }));
  const title = options.find(({ value }) => value === chosen)?.label ?? chosen;
  return (
    <Menu align="start" trigger={<Trigger title={title} />}>
      <MenuChoice label="Who answers" value={chosen} options={options} close onChange={onChange} />
    </Menu>
  );
}

function Trigger({ title, ...rest }: { title: string }) {
  return (
    <Button tone="ghost" size="small" className="max-w-56 text-muted" {...rest}>
      <Bot size={15} aria-hidden className="shrink-0" />
      <span className="sr-only">Agent: </span>
      <span className="truncate">{title}</span>
      <ChevronDown size={14} aria-hidden className="shrink-0" />
    </Button>
  );
}

/** The wish, if there is such an agent; else empty, which means the default. */
export function useKnownAgent(wished: string): string {
  const { data } = useAgents();
  return !data || data.agents.some(({ agentId }) => agentId === wished) ? wished : "";
}

/** The name of a chat's agent; a chat keeps its agent. */
export function AgentName({ agentId }: { agentId: string }) {
  const agent = useAgents().data?.agents.find((each) => each.agentId === agentId);
  if (!agent) return null;
  return (
    <span
      className="flex min-w-0 items-center gap-1.5 px-2 text-[0.8125rem] text-muted"
      title={agent.description}
    >
      <Bot size={15} aria-hidden className="shrink-0" />
      <span className="truncate">{agent.title}</span>
    </span>
  );
}
