import { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { Budget } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { formatMicros, formatMoment } from "../../rpc/format.ts";
import { Button } from "../../ui/button.tsx";
import { Meter } from "../../ui/meter.tsx";
import { Popover } from "../../ui/popover.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { inMoney, keyOf, spentRatio, tightest, titleOf } from "./budget-figures.ts";

/** What may still be spent, always in sight; details on demand. */
export function BudgetMeter() {
  const { data, isPending } = useQuery(BudgetService.method.getBudget, {}, { refetchInterval: 60_000 });
  const budgets = inMoney(data?.budgets ?? []);
  const budget = tightest(budgets);
  return (
    <section aria-label="Budget" className="flex items-center">
      {isPending && <Skeleton className="h-7 w-28" />}
      {budget && (
        <Popover label="Budget details" trigger={<Summary budget={budget} />}>
          <h2 className="mb-3 text-sm font-semibold">Budget of your organisation</h2>
          <div className="space-y-4">
            {budgets.map((each) => (
              <Window key={keyOf(each)} budget={each} />
            ))}
          </div>
          <p className="mt-4 text-xs text-muted">An admin can raise it.</p>
        </Popover>
      )}
    </section>
  );
}

function Summary({ budget, ...rest }: { budget: Budget }) {
  const left = formatMicros(budget.remainingMicros, budget.currency);
  return (
    <Button tone="ghost" className="px-2.5" title="Remaining budget" {...rest}>
      <span className="flex flex-col items-end gap-1">
        <span className="text-xs font-normal text-muted tabular-nums">
          <span className="font-medium text-text">{left}</span> left
        </span>
        <Meter
          label="Budget spent"
          ratio={spentRatio(budget)}
          valueText={`${left} left`}
          className="h-1 w-18"
        />
      </span>
    </Button>
  );
}

function Window({ budget }: { budget: Budget }) {
  const money = (micros: bigint) => formatMicros(micros, budget.currency);
  return (
    <div>
      <div className="flex justify-between text-sm">
        <span className="font-medium">{titleOf(budget)}</span>
        <span className="tabular-nums">{money(budget.remainingMicros)} left</span>
      </div>
      <Meter
        label={`${titleOf(budget)}: budget spent`}
        ratio={spentRatio(budget)}
        valueText={`${money(budget.remainingMicros)} left of ${money(budget.limitMicros)}`}
        className="my-1.5"
      />
      <p className="text-xs text-muted tabular-nums">
        {money(budget.usedMicros)} of {money(budget.limitMicros)} used
        {budget.reservedMicros > 0n && `, ${money(budget.reservedMicros)} held`}
        {budget.resetTime && ` · starts again ${formatMoment(timestampDate(budget.resetTime))}`}
      </p>
    </div>
  );
}
