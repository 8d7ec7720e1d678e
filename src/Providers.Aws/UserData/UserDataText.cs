using System.Text;
using System.Text.Json.Nodes;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Yaml;

namespace Tenon.Providers.Aws.UserData;

/// <summary>What came of writing user data.</summary>
public abstract record UserDataOutcome
{
    private UserDataOutcome() { }

    /// <param name="Text">Before it is encoded.</param>
    public sealed record Written(string Text) : UserDataOutcome
    {
        /// <summary>As EC2 takes it.</summary>
        public string Base64 => Convert.ToBase64String(Encoding.UTF8.GetBytes(Text));
    }

    /// <summary>The user's own part does not read, or something the family needs is not known.</summary>
    public sealed record Refused(string Message) : UserDataOutcome;
}

/// <summary>The user data of AL2, AL2023, Windows and Custom (AWS provider specification §2.6 to §2.8).</summary>
public static class UserDataText
{
    public static UserDataOutcome Write(string family, Bootstrap node) =>
        family switch
        {
            AmiFamilies.Al2023 => Al2023(node),
            AmiFamilies.Custom => new UserDataOutcome.Written(node.Custom ?? ""),
            AmiFamilies.Windows2019 or AmiFamilies.Windows2022 or AmiFamilies.Windows2025 =>
                new UserDataOutcome.Written(Windows(node)),
            AmiFamilies.Bottlerocket => new UserDataOutcome.Refused(
                "user data for Bottlerocket is not written by this version"
            ),
            _ => Al2(node),
        };

    private static UserDataOutcome Al2(Bootstrap node)
    {
        if (CustomParts(node.Custom, MimePart.Shell) is not { } custom)
            return Unreadable;
        return new UserDataOutcome.Written(MimeParts.Write([.. custom, MimePart.Shell(Script(node))]));
    }

    /// <summary>Our part comes last and so wins in nodeadm's merge.</summary>
    private static UserDataOutcome Al2023(Bootstrap node)
    {
        if (node.ServiceCidr is null)
            return new UserDataOutcome.Refused("resolving cluster CIDR");
        if (
            CustomParts(node.Custom, text => IsMapping(text) ? MimePart.NodeConfig(text) : MimePart.Shell(text))
            is not { } custom
        )
            return Unreadable;
        return new UserDataOutcome.Written(MimeParts.Write([.. custom, MimePart.NodeConfig(NodeConfig(node))]));
    }

    private static readonly UserDataOutcome Unreadable = new UserDataOutcome.Refused(
        "parsing custom UserData: not a complete multipart text"
    );

    private static ImmutableArray<MimePart>? CustomParts(string? custom, Func<string, MimePart> single)
    {
        if (string.IsNullOrWhiteSpace(custom))
            return [];
        return MimeParts.IsMultipart(custom) ? MimeParts.Read(custom) : [single(custom)];
    }

    private static bool IsMapping(string text) => YamlText.Parse(text) is [{ Error: null, Value: JsonObject }];

    private static string Script(Bootstrap node)
    {
        var lines = new List<string>
        {
            $"/etc/eks/bootstrap.sh '{node.ClusterName}' --apiserver-endpoint '{node.Endpoint}' --b64-cluster-ca '{node.CertificateAuthority}'",
        };
        if (node.IsIpv6)
            lines.Add("--ip-family ipv6");
        if (node.ClusterDns is [var dns, ..])
            lines.Add($"--dns-cluster-ip '{dns}'");
        lines.Add("--use-max-pods false");
        lines.Add($"--kubelet-extra-args '{KubeletArgs.Text(node)}'");
        if (node.Raid0)
            lines.Add("--local-disks raid0");
        return "#!/bin/bash -xe\n"
            + "exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1\n"
            + string.Join(" \\\n", lines);
    }

    private static string NodeConfig(Bootstrap node) =>
        "# Karpenter Generated NodeConfig\n"
        + YamlWriter.Write(
            new JsonObject
            {
                ["apiVersion"] = "node.eks.aws/v1alpha1",
                ["kind"] = "NodeConfig",
                ["metadata"] = new JsonObject(),
                ["spec"] = new JsonObject
                {
                    ["cluster"] = new JsonObject
                    {
                        ["apiServerEndpoint"] = node.Endpoint,
                        ["certificateAuthority"] = node.CertificateAuthority,
                        ["cidr"] = node.ServiceCidr,
                        ["name"] = node.ClusterName,
                    },
                    ["containerd"] = new JsonObject(),
                    ["instance"] = new JsonObject
                    {
                        ["localStorage"] = node.Raid0 ? new JsonObject { ["strategy"] = "RAID0" } : new JsonObject(),
                    },
                    ["kubelet"] = new JsonObject
                    {
                        ["config"] = KubeletConfig(node),
                        ["flags"] = node.NodeLabels.Any() ? new JsonArray(KubeletArgs.NodeLabels(node)) : null,
                    }.WithoutNulls(),
                },
            }
        );

    /// <summary>The user's settings, with what the controller decides on top; keys sorted.</summary>
    private static JsonObject KubeletConfig(Bootstrap node)
    {
        var config = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        if (node.Kubelet is not null)
            foreach (var (key, value) in node.Kubelet)
                config[key] = value?.DeepClone();
        config["maxPods"] = node.MaxPods;
        if (!node.ClusterDns.IsEmpty)
            config["clusterDNS"] = new JsonArray([.. node.ClusterDns.Select(dns => JsonValue.Create(dns))]);
        if (node.KubeReserved is { Count: > 0 } kube)
            config["kubeReserved"] = Map(kube);
        if (node.SystemReserved is { Count: > 0 } system)
            config["systemReserved"] = Map(system);
        config["registerWithTaints"] = new JsonArray([.. node.NodeTaints.Select(TaintNode)]);
        return new JsonObject(config);
    }

    private static JsonObject Map(ImmutableSortedDictionary<string, string> map) =>
        new(map.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));

    private static JsonObject TaintNode(Taint taint) =>
        new JsonObject
        {
            ["effect"] = taint.Effect,
            ["key"] = taint.Key,
            ["value"] = string.IsNullOrEmpty(taint.Value) ? null : taint.Value,
        }.WithoutNulls();

    private static JsonObject WithoutNulls(this JsonObject map)
    {
        foreach (var key in map.Where(pair => pair.Value is null).Select(pair => pair.Key).ToArray())
            map.Remove(key);
        return map;
    }

    private static string Windows(Bootstrap node)
    {
        var text = new StringBuilder("<powershell>\n");
        if (!string.IsNullOrEmpty(node.Custom))
            text.Append(node.Custom).Append('\n');
        text.Append("[string]$EKSBootstrapScriptFile = \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"\n");
        text.Append(
            $"& $EKSBootstrapScriptFile -EKSClusterName '{node.ClusterName}' -APIServerEndpoint '{node.Endpoint}'"
        );
        text.Append($" -Base64ClusterCA '{node.CertificateAuthority}' -KubeletExtraArgs '{KubeletArgs.Text(node)}'");
        if (node.ClusterDns is [var dns, ..])
            text.Append($" -DNSClusterIP '{dns}'");
        return text.Append("\n</powershell>").ToString();
    }
}
