using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tenon.Api.Yaml;

namespace Tenon.Simulation.Worlds;

/// <summary>Manifests that named worlds are built from.</summary>
internal static class WorldManifests
{
    public const string NodeClass = """
        apiVersion: karpenter.kwok.sh/v1alpha1
        kind: KWOKNodeClass
        metadata: {name: default}
        """;

    public static ImmutableArray<JsonObject> Parse(string text, string name)
    {
        var file = Manifests.Expand(Manifests.Parse(text, name));
        return file.Errors.IsEmpty
            ? [.. file.Manifests.Select(manifest => manifest.Object)]
            : throw new ArgumentException(string.Join('\n', file.Errors));
    }

    public static string Pool(
        string name = "default",
        string capacityTypes = "spot, on-demand",
        string consolidateAfter = "30s",
        string policy = "WhenEmptyOrUnderutilized",
        int weight = 0,
        string limits = "",
        string budgets = "",
        string expireAfter = "Never",
        string requirement = ""
    ) =>
        $$"""
            apiVersion: karpenter.sh/v1
            kind: NodePool
            metadata: {name: {{name}} }
            spec:
              {{(weight > 0 ? $"weight: {weight}" : "weight: 1")}}
              limits: { {{(limits.Length > 0 ? limits : "cpu: \"100000\"")}} }
              disruption:
                consolidationPolicy: {{policy}}
                consolidateAfter: {{consolidateAfter}}
                budgets: {{(budgets.Length > 0 ? budgets : "[{nodes: \"20%\"}]")}}
              template:
                spec:
                  expireAfter: {{expireAfter}}
                  nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
                  requirements:
                    - {key: karpenter.sh/capacity-type, operator: In, values: [{{capacityTypes}}]}
                    - {key: kubernetes.io/arch, operator: In, values: [amd64]}
                    - {key: kubernetes.io/os, operator: In, values: [linux]}
                    {{(requirement.Length > 0 ? "- " + requirement : "")}}
            """;

    public static string Deployment(
        string name,
        int replicas,
        string cpu,
        string memory,
        string extra = "",
        string annotations = ""
    ) =>
        $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: {{name}}, namespace: default}
            spec:
              replicas: {{replicas}}
              selector: {matchLabels: {app: {{name}} } }
              template:
                metadata:
                  labels: {app: {{name}} }
                  annotations: { {{annotations}} }
                spec:
                  containers:
                    - name: main
                      image: registry.example/{{name}}:1
                      resources: {requests: {cpu: {{cpu}}, memory: {{memory}} } }
            {{Indent(extra, 6)}}
            """;

    public static ImmutableArray<JsonObject> Scale(string deployment, int replicas) =>
        Change(deployment, new JsonObject { ["replicas"] = replicas });

    /// <summary>Merges into the spec of a deployment that is there.</summary>
    public static ImmutableArray<JsonObject> Change(string deployment, JsonObject spec) =>
        [
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "Deployment",
                ["metadata"] = new JsonObject { ["name"] = deployment, ["namespace"] = "default" },
                ["spec"] = spec,
            },
        ];

    public static string Spread(string app, string key, int maxSkew) =>
        $$"""
            topologySpreadConstraints:
              - maxSkew: {{maxSkew}}
                topologyKey: {{key}}
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: {{app}} } }
            """;

    public static string HostAntiAffinity(string app) =>
        $$"""
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - topologyKey: kubernetes.io/hostname
                    labelSelector: {matchLabels: {app: {{app}} } }
            """;

    public static string Budget(string app, string maxUnavailable) =>
        $$"""
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: {{app}}, namespace: default}
            spec:
              maxUnavailable: {{maxUnavailable}}
              selector: {matchLabels: {app: {{app}} } }
            """;

    public static string DaemonSet(string name, string cpu, string memory) =>
        $$"""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: {{name}}, namespace: kube-system}
            spec:
              selector: {matchLabels: {app: {{name}} } }
              template:
                metadata: {labels: {app: {{name}} } }
                spec:
                  tolerations: [{operator: Exists}]
                  containers:
                    - name: agent
                      image: registry.example/{{name}}:1
                      resources: {requests: {cpu: {{cpu}}, memory: {{memory}} } }
            """;

    public static string Job(string name, int completions, int parallelism, string cpu, string memory, string runFor) =>
        $$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: {{name}}, namespace: default}
            spec:
              completions: {{completions}}
              parallelism: {{parallelism}}
              ttlSecondsAfterFinished: 120
              template:
                metadata: {labels: {app: {{name}} }, annotations: {sim.tenon.sh/run-for: {{runFor}} } }
                spec:
                  restartPolicy: Never
                  containers:
                    - name: main
                      image: registry.example/{{name}}:1
                      resources: {requests: {cpu: {{cpu}}, memory: {{memory}} } }
            """;

    public static string Autoscaler(string app, int min, int max, string load) =>
        $$"""
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: {{app}}, namespace: default, annotations: {sim.tenon.sh/load: "{{load}}" } }
            spec:
              minReplicas: {{min}}
              maxReplicas: {{max}}
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{app}} }
              metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70} } }]
            """;

    private static string Indent(string text, int spaces) =>
        string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : new string(' ', spaces) + line));
}
