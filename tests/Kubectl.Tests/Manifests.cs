namespace Tenon.Kubectl.Tests;

/// <summary>What the tests apply.</summary>
internal static class Manifests
{
    public static string Deployment(string name, int replicas, string image = "shop/web:1") =>
        $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: {{name}}
              labels: {app: {{name}} }
            spec:
              replicas: {{replicas}}
              selector:
                matchLabels: {app: {{name}} }
              template:
                metadata:
                  labels: {app: {{name}} }
                spec:
                  containers:
                  - name: main
                    image: {{image}}
                    ports:
                    - containerPort: 8080
                    env:
                    - {name: COLOR, value: blue}
                    resources:
                      requests: {cpu: 100m, memory: 64Mi}
            """;

    public static string Budget(string name, int minAvailable) =>
        $$"""
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: {{name}} }
            spec:
              minAvailable: {{minAvailable}}
              selector:
                matchLabels: {app: {{name}} }
            """;
}
