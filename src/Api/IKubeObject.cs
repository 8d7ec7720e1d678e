using System.Text.Json;
using System.Text.Json.Serialization;
using Tenon.Api.Core;

namespace Tenon.Api;

/// <summary>
/// A piece of wire data. What a newer API server sends and we do not know is kept in <see cref="Unknown"/> and written
/// back, so that a read-modify-write never erases somebody else's field.
/// </summary>
public abstract record Wire
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>Any Kubernetes object: what it is, and its metadata.</summary>
public interface IKubeObject
{
    string ApiVersion { get; }
    string Kind { get; }
    ObjectMeta Metadata { get; }
}

/// <summary>A kind known at compile time, so that a client can be asked for it by type alone.</summary>
public interface IKubeObject<TSelf> : IKubeObject
    where TSelf : class, IKubeObject<TSelf>
{
    static abstract ResourceType Resource { get; }

    /// <summary>The same object with other metadata.</summary>
    TSelf With(ObjectMeta metadata);
}

/// <summary>Where a kind lives in the API: the facts discovery would tell.</summary>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary><c>v1</c> for the core group, <c>group/version</c> elsewhere.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
