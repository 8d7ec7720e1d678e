using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Foundation.Hashing;
using Tenon.Simulation.ControlPlane.Requests;
using static Tenon.Simulation.ControlPlane.Kinds.PodDefaults;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>Services: defaults, and the addresses and node ports the server hands out.</summary>
internal static class ServiceRules
{
    private const int FirstNodePort = 30_000;
    private const int NodePorts = 2_768;

    public static readonly KindRules Rules = new()
    {
        Default = Default,
        PrepareCreate = Allocate,
        PrepareUpdate = Keep,
        Validate = Validate,
    };

    private static void Default(JsonObject item)
    {
        if (item["spec"] is not JsonObject spec)
            item["spec"] = spec = [];
        Set(spec, "sessionAffinity", "None");
        Set(spec, "type", "ClusterIP");
        foreach (var port in (spec["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            Set(port, "protocol", "TCP");
            if (port["targetPort"] is null && port["port"] is { } number)
                port["targetPort"] = number.DeepClone();
        }
        var type = Meta.Text(spec, "type");
        if (type == "ExternalName")
            return;
        Set(spec, "internalTrafficPolicy", "Cluster");
        Set(spec, "ipFamilies", new JsonArray("IPv4"));
        Set(spec, "ipFamilyPolicy", "SingleStack");
        if (type is "NodePort" or "LoadBalancer")
            Set(spec, "externalTrafficPolicy", "Cluster");
        if (type == "LoadBalancer")
            Set(spec, "allocateLoadBalancerNodePorts", true);
    }

    private static void Allocate(JsonObject item, WriteContext context)
    {
        item["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        var spec = (JsonObject)item["spec"]!;
        var type = Meta.Text(spec, "type");
        // Addresses follow from the uid, which follows from the seed: no allocator has to be remembered.
        var draw = StableHash.Of(context.Uid);
        if (type != "ExternalName" && Meta.Text(spec, "clusterIP").Length == 0)
            spec["clusterIP"] = string.Create(
                CultureInfo.InvariantCulture,
                $"10.96.{draw >> 8 & 0xFF}.{1 + draw % 254}"
            );
        if (Meta.Text(spec, "clusterIP") is { Length: > 0 } address)
            spec["clusterIPs"] = new JsonArray(address);
        if (type is not ("NodePort" or "LoadBalancer"))
            return;
        foreach (var port in (spec["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            draw = StableHash.Of("port", draw);
            Set(port, "nodePort", FirstNodePort + (int)(draw % NodePorts));
        }
    }

    private static void Keep(JsonObject old, JsonObject item)
    {
        var spec = (JsonObject)item["spec"]!;
        foreach (var field in new[] { "clusterIP", "clusterIPs" })
            if (spec[field] is null && old["spec"]?[field] is { } kept && Meta.Text(spec, "type") != "ExternalName")
                spec[field] = kept.DeepClone();
    }

    private static void Validate(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        var spec = (JsonObject)item["spec"]!;
        var type = Meta.Text(spec, "type");
        if (type is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName"))
            faults.Add(
                FieldFault.NotSupported("spec.type", type, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])
            );
        var ports = (spec["ports"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        if (ports.Length == 0 && type != "ExternalName" && Meta.Text(spec, "clusterIP") != "None")
            faults.Add(FieldFault.Required("spec.ports"));
        for (var i = 0; i < ports.Length; i++)
        {
            var number = Meta.Number(ports[i], "port") ?? 0;
            if (number is < 1 or > 65535)
                faults.Add(
                    FieldFault.Invalid($"spec.ports[{i}].port", number, "must be between 1 and 65535, inclusive")
                );
            if (ports.Length > 1 && Meta.Text(ports[i], "name").Length == 0)
                faults.Add(FieldFault.Required($"spec.ports[{i}].name"));
        }
        if (
            old is not null
            && Meta.TextAt(old, "spec.clusterIP") is { Length: > 0 } before
            && type != "ExternalName"
            && Meta.Text(spec, "clusterIP") != before
        )
            faults.Add(
                FieldFault.Invalid("spec.clusterIPs[0]", Meta.Text(spec, "clusterIP"), "may not change once set")
            );
    }
}
