using System.Text.Json.Nodes;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Providers.Aws.UserData;

namespace Tenon.Providers.Aws.Tests.UserData;

public sealed class UserDataTests
{
    private static readonly Bootstrap Node = new()
    {
        ClusterName = "test-cluster",
        Endpoint = "https://test-cluster",
        CertificateAuthority = "Y2EtYnVuZGxl",
        ServiceCidr = "10.100.0.0/16",
        ClusterDns = ["10.100.0.10"],
        MaxPods = 110,
        Labels = new Dictionary<string, string>
        {
            ["karpenter.sh/nodepool"] = "default",
            ["karpenter.sh/capacity-type"] = "on-demand",
            ["topology.kubernetes.io/zone"] = "us-west-2a",
            ["sub.node-restriction.kubernetes.io/team"] = "blue",
            ["team"] = "blue",
        },
        Taints =
        [
            new Taint
            {
                Key = "dedicated",
                Value = "web",
                Effect = "NoSchedule",
            },
        ],
    };

    private static string Written(string family, Bootstrap node) =>
        Assert.IsType<UserDataOutcome.Written>(UserDataText.Write(family, node)).Text;

    [Fact]
    public void Al2023_gets_a_node_config_as_its_last_part() =>
        Assert.Equal(
            """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="//"

            --//
            Content-Type: text/x-shellscript; charset="us-ascii"

            echo hello
            --//
            Content-Type: application/node.eks.aws

            # Karpenter Generated NodeConfig
            apiVersion: node.eks.aws/v1alpha1
            kind: NodeConfig
            metadata: {}
            spec:
              cluster:
                apiServerEndpoint: https://test-cluster
                certificateAuthority: Y2EtYnVuZGxl
                cidr: 10.100.0.0/16
                name: test-cluster
              containerd: {}
              instance:
                localStorage: {}
              kubelet:
                config:
                  clusterDNS:
                  - 10.100.0.10
                  maxPods: 110
                  registerWithTaints:
                  - effect: NoSchedule
                    key: dedicated
                    value: web
                  - effect: NoExecute
                    key: karpenter.sh/unregistered
                flags:
                - "--node-labels=\"karpenter.sh/capacity-type=on-demand,karpenter.sh/nodepool=default,team=blue\""

            --//--

            """,
            Written(AmiFamilies.Al2023, Node with { Custom = "echo hello" })
        );

    [Fact]
    public void Al2023_tells_a_node_config_from_a_script_and_copies_parts()
    {
        Assert.Contains(
            "Content-Type: application/node.eks.aws\n\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n--//",
            Written(AmiFamilies.Al2023, Node with { Custom = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig" }),
            StringComparison.Ordinal
        );
        var copied = Written(
            AmiFamilies.Al2023,
            Node with
            {
                Custom =
                    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"X\"\r\n\r\n--X\r\nContent-Type: text/cloud-config\r\nX-Mine: yes\r\n\r\nruncmd: [ls]\r\n--X--\r\n",
            }
        );
        Assert.Contains(
            "--//\nContent-Type: text/cloud-config\nX-Mine: yes\n\nruncmd: [ls]\n--//\nContent-Type: application/node.eks.aws",
            copied,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain('\r', copied);
    }

    [Fact]
    public void Al2023_passes_the_kubelet_settings_through_with_ours_on_top()
    {
        var text = Written(
            AmiFamilies.Al2023,
            Node with
            {
                Raid0 = true,
                KubeReserved = ImmutableSortedDictionary.CreateRange(
                    StringComparer.Ordinal,
                    [KeyValuePair.Create("cpu", "100m")]
                ),
                Kubelet = JsonNode
                    .Parse("""{"singleProcessOOMKill":true,"maxPods":5,"evictionHard":{"memory.available":"5%"}}""")!
                    .AsObject(),
            }
        );
        Assert.Contains("      strategy: RAID0", text, StringComparison.Ordinal);
        Assert.Contains("      maxPods: 110\n", text, StringComparison.Ordinal);
        Assert.Contains("      kubeReserved:\n        cpu: 100m\n", text, StringComparison.Ordinal);
        Assert.Contains("      singleProcessOOMKill: true\n", text, StringComparison.Ordinal);
        Assert.Contains("      evictionHard:\n        memory.available: 5%\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Al2_gets_a_script_that_bootstraps_the_node() =>
        Assert.Equal(
            """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="//"

            --//
            Content-Type: text/x-shellscript; charset="us-ascii"

            #!/bin/bash -xe
            exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1
            /etc/eks/bootstrap.sh 'test-cluster' --apiserver-endpoint 'https://test-cluster' --b64-cluster-ca 'Y2EtYnVuZGxl' \
            --dns-cluster-ip '10.100.0.10' \
            --use-max-pods false \
            --kubelet-extra-args '--node-labels="karpenter.sh/capacity-type=on-demand,karpenter.sh/nodepool=default,team=blue" --register-with-taints="dedicated=web:NoSchedule,karpenter.sh/unregistered:NoExecute" --max-pods=110 --pods-per-core=4 --system-reserved="cpu=1,memory=100Mi" --eviction-hard="memory.available<5%,nodefs.available<10%" --eviction-soft-grace-period="memory.available=1m30s" --image-gc-high-threshold=80 --cpu-cfs-quota=false' \
            --local-disks raid0
            --//--

            """,
            Written(
                AmiFamilies.Al2,
                Node with
                {
                    Raid0 = true,
                    PodsPerCore = 4,
                    SystemReserved = ImmutableSortedDictionary.CreateRange(
                        StringComparer.Ordinal,
                        [KeyValuePair.Create("memory", "100Mi"), KeyValuePair.Create("cpu", "1")]
                    ),
                    Kubelet = JsonNode
                        .Parse(
                            """
                            {"evictionHard":{"nodefs.available":"10%","memory.available":"5%"},"evictionSoftGracePeriod":{"memory.available":"1m30s"},
                             "imageGCHighThresholdPercent":80,"cpuCFSQuota":false}
                            """
                        )!
                        .AsObject(),
                }
            )
        );

    [Fact]
    public void An_ipv6_cluster_says_so() =>
        Assert.Contains(
            "--ip-family ipv6 \\\n--dns-cluster-ip 'fd00::a'",
            Written(AmiFamilies.Al2, Node with { ClusterDns = ["fd00::a"] }),
            StringComparison.Ordinal
        );

    [Fact]
    public void Windows_gets_powershell_with_the_users_commands_first() =>
        Assert.Equal(
            """
            <powershell>
            Write-Host "hi"
            [string]$EKSBootstrapScriptFile = "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1"
            & $EKSBootstrapScriptFile -EKSClusterName 'test-cluster' -APIServerEndpoint 'https://test-cluster' -Base64ClusterCA 'Y2EtYnVuZGxl' -KubeletExtraArgs '--node-labels="karpenter.sh/capacity-type=on-demand,karpenter.sh/nodepool=default,team=blue" --register-with-taints="dedicated=web:NoSchedule,karpenter.sh/unregistered:NoExecute" --max-pods=110' -DNSClusterIP '10.100.0.10'
            </powershell>
            """,
            Written(AmiFamilies.Windows2022, Node with { Custom = "Write-Host \"hi\"", Raid0 = true })
        );

    [Fact]
    public void Custom_user_data_is_left_alone() =>
        Assert.Equal("any\r\nthing", Written(AmiFamilies.Custom, Node with { Custom = "any\r\nthing" }));

    [Fact]
    public void The_unregistered_taint_is_given_once() =>
        Assert.Equal(
            1,
            Written(AmiFamilies.Al2, Node with { Taints = [Api.Names.Taints.Unregistered] })
                .Split("karpenter.sh/unregistered")
                .Length - 1
        );

    [Theory]
    [InlineData(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"X\"\n\n--X\nContent-Type: text/plain\n\nno end"
    )]
    [InlineData("Content-Type: text/plain\n\nhello")]
    public void A_multipart_text_that_does_not_read_is_refused(string custom)
    {
        Assert.IsType<UserDataOutcome.Refused>(UserDataText.Write(AmiFamilies.Al2023, Node with { Custom = custom }));
        Assert.IsType<UserDataOutcome.Refused>(UserDataText.Write(AmiFamilies.Al2, Node with { Custom = custom }));
    }

    [Fact]
    public void Al2023_needs_the_clusters_network() =>
        Assert.Equal(
            "resolving cluster CIDR",
            Assert
                .IsType<UserDataOutcome.Refused>(
                    UserDataText.Write(AmiFamilies.Al2023, Node with { ServiceCidr = null })
                )
                .Message
        );

    [Fact]
    public void Ec2_takes_it_in_base64() =>
        Assert.Equal(
            "aGk=",
            Assert
                .IsType<UserDataOutcome.Written>(UserDataText.Write(AmiFamilies.Custom, Node with { Custom = "hi" }))
                .Base64
        );
}
