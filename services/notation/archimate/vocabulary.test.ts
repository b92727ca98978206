import { describe, expect, it } from "vitest";
import { emptyGraph, type Graph } from "../graph.ts";
import { CONCEPTS, RELATIONSHIPS } from "./concepts.ts";
import { mayRelate, relationshipsBetween } from "./relationship-table.ts";
import { usualRelationship } from "./usual-relationship.ts";
import { archimateVocabulary } from "./vocabulary.ts";

const graphOf = (elements: Record<string, string>, relations: [string, string, string][] = []): Graph => ({
  ...emptyGraph("archimate"),
  elements: new Map(
    Object.entries(elements).map(([id, type]) => [
      id,
      { id, type, name: id, documentation: "", properties: {} },
    ]),
  ),
  relations: new Map(
    relations.map(([source, type, target], i) => [
      `r${i}`,
      { id: `r${i}`, type, name: "", source, target, documentation: "", properties: {} },
    ]),
  ),
});

describe("the words of ArchiMate", () => {
  it("has the 60 elements with both junctions, and the 11 relationships", () => {
    expect(archimateVocabulary.elements.size).toBe(62);
    expect(archimateVocabulary.relations.size).toBe(11);
  });

  it.each([
    ["ApplicationComponent", "ApplicationComponent"],
    ["archimate:business-process", "BusinessProcess"],
    ["Business Process", "BusinessProcess"],
    ["component", "ApplicationComponent"],
    ["value stream", "ValueStream"],
    ["junction", "AndJunction"],
    ["spaceship", undefined],
  ])("takes %s for %s", (name, type) => {
    expect(archimateVocabulary.elementType(name)?.name).toBe(type);
  });

  it.each([
    ["serving", "Serving"],
    ["v", "Serving"],
    ["archimate:AssignmentRelationship", "Assignment"],
    ["used-by", "Serving"],
    ["realisation", "Realization"],
    ["loves", undefined],
  ])("takes %s for the relationship %s", (name, type) => {
    expect(archimateVocabulary.relationType(name)?.name).toBe(type);
  });

  it.each([
    ["BusinessRole", "BusinessProcess", "Assignment"],
    ["BusinessActor", "BusinessRole", "Assignment"],
    ["BusinessProcess", "BusinessProcess", "Triggering"],
    ["BusinessEvent", "BusinessProcess", "Triggering"],
    ["BusinessProcess", "BusinessService", "Realization"],
    ["BusinessProcess", "BusinessObject", "Access"],
    ["ApplicationService", "BusinessProcess", "Serving"],
    ["ApplicationComponent", "BusinessProcess", "Serving"],
    ["ApplicationComponent", "ApplicationComponent", "Serving"],
    ["ApplicationComponent", "ApplicationService", "Realization"],
    ["ApplicationComponent", "ApplicationInterface", "Composition"],
    ["ApplicationComponent", "DataObject", "Access"],
    ["Artifact", "ApplicationComponent", "Realization"],
    ["Artifact", "DataObject", "Realization"],
    ["DataObject", "BusinessObject", "Realization"],
    ["Node", "Artifact", "Assignment"],
    ["Node", "ApplicationComponent", "Serving"],
    ["Stakeholder", "Driver", "Association"],
    ["Driver", "Goal", "Influence"],
    ["Requirement", "Goal", "Realization"],
    ["ApplicationComponent", "Requirement", "Realization"],
    ["Resource", "Capability", "Assignment"],
    ["BusinessProcess", "Capability", "Realization"],
    ["WorkPackage", "Deliverable", "Realization"],
    ["Deliverable", "Plateau", "Realization"],
    ["Plateau", "Plateau", "Aggregation"],
    ["Grouping", "ApplicationComponent", "Aggregation"],
    ["Location", "Node", "Aggregation"],
    ["Gap", "Plateau", "Association"],
    ["BusinessObject", "Flow", "Association"],
  ])("connects %s to %s by %s", (source, target, relationship) => {
    expect(usualRelationship(source, target)).toBe(relationship);
  });

  it("never proposes what the table refuses, and something wherever the table allows something", () => {
    const types = [...CONCEPTS.keys(), ...Object.keys(RELATIONSHIPS)];
    const wrong = types.flatMap((source) =>
      types.filter((target) => {
        const usual = usualRelationship(source, target);
        return usual === undefined
          ? relationshipsBetween(source, target).length > 0
          : !mayRelate(usual, source, target);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("goes on at a junction with what the junction has", () => {
    const graph = graphOf({ a: "BusinessProcess", j: "OrJunction", b: "BusinessProcess" }, [
      ["a", "Flow", "j"],
    ]);
    expect(archimateVocabulary.usualRelation(graph, "j", "b")).toBe("Flow");
    expect(archimateVocabulary.usualRelation(graph, "a", "nobody")).toBeUndefined();
  });
});
