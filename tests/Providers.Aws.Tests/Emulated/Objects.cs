using Tenon.Api.Apps;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;

namespace Tenon.Providers.Aws.Tests.Emulated;

/// <summary>Objects that the tests apply, written as a person would write them.</summary>
internal static class Objects
{
    public static Ec2NodeClass NodeClass(string name = "default") =>
        ApiJson.Parse<Ec2NodeClass>(
            $$$"""
            {"apiVersion":"karpenter.k8s.aws/v1","kind":"EC2NodeClass","metadata":{"name":"{{{name}}}"},
             "spec":{"amiFamily":"AL2023","role":"{{{EmulatedAccount.Role}}}",
              "amiSelectorTerms":[{"id":"{{{EmulatedAccount.Image}}}"}],
              "subnetSelectorTerms":[{"tags":{"tenon":"yes"}}],
              "securityGroupSelectorTerms":[{"name":"default"}],
              "metadataOptions":{"httpEndpoint":"enabled","httpProtocolIPv6":"disabled","httpPutResponseHopLimit":1,"httpTokens":"required"} } }
            """
        );

    public static NodePool Pool(string name = "default") =>
        ApiJson.Parse<NodePool>(
            $$$"""
            {"apiVersion":"karpenter.sh/v1","kind":"NodePool","metadata":{"name":"{{{name}}}"},
             "spec":{"template":{"spec":{
               "nodeClassRef":{"group":"karpenter.k8s.aws","kind":"EC2NodeClass","name":"default"},
               "requirements":[
                {"key":"karpenter.sh/capacity-type","operator":"In","values":["spot","on-demand"]},
                {"key":"karpenter.k8s.aws/instance-category","operator":"In","values":["c","m","r"]},
                {"key":"kubernetes.io/arch","operator":"In","values":["amd64"]}]}},
              "disruption":{"consolidationPolicy":"WhenEmptyOrUnderutilized","consolidateAfter":"Never"} } }
            """
        );

    public static Deployment Deployment(string name, int replicas) =>
        ApiJson.Parse<Deployment>(
            $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}","namespace":"default"},
             "spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"{{{name}}}"}},
              "template":{"metadata":{"labels":{"app":"{{{name}}}"}},
               "spec":{"containers":[{"name":"main","image":"example.test/web:1",
                "resources":{"requests":{"cpu":"500m","memory":"256Mi"} } }]} } } }
            """
        );

    /// <summary>A claim as the API server would hold it.</summary>
    public static NodeClaim Claim(string name, string cpu, string nodeClass = "default") =>
        ApiJson.Parse<NodeClaim>(
            $$$"""
            {"apiVersion":"karpenter.sh/v1","kind":"NodeClaim",
             "metadata":{"name":"{{{name}}}","uid":"uid-{{{name}}}","labels":{"karpenter.sh/nodepool":"default"}},
             "spec":{"nodeClassRef":{"group":"karpenter.k8s.aws","kind":"EC2NodeClass","name":"{{{nodeClass}}}"},
              "resources":{"requests":{"cpu":"{{{cpu}}}"}},
              "requirements":[
               {"key":"karpenter.sh/capacity-type","operator":"In","values":["on-demand"]},
               {"key":"karpenter.k8s.aws/instance-category","operator":"In","values":["c","m","r"]},
               {"key":"kubernetes.io/arch","operator":"In","values":["amd64"]}]}}
            """
        );
}
